// Each icon by its own file: the package's index names six thousand, and bundling it takes half a minute.
export { default as IconAlertTriangle } from '@tabler/icons-react/dist/esm/icons/IconAlertTriangle.mjs';
export { default as IconCheck } from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
export { default as IconChevronDown } from '@tabler/icons-react/dist/esm/icons/IconChevronDown.mjs';
export { default as IconChevronUp } from '@tabler/icons-react/dist/esm/icons/IconChevronUp.mjs';
export { default as IconFeather } from '@tabler/icons-react/dist/esm/icons/IconFeather.mjs';
export { default as IconFile } from '@tabler/icons-react/dist/esm/icons/IconFile.mjs';
export { default as IconFileArrowRight } from '@tabler/icons-react/dist/esm/icons/IconFileArrowRight.mjs';
export { default as IconFolder } from '@tabler/icons-react/dist/esm/icons/IconFolder.mjs';
export { default as IconHistory } from '@tabler/icons-react/dist/esm/icons/IconHistory.mjs';
export { default as IconKeyboard } from '@tabler/icons-react/dist/esm/icons/IconKeyboard.mjs';
export { default as IconLock } from '@tabler/icons-react/dist/esm/icons/IconLock.mjs';
export { default as IconMinus } from '@tabler/icons-react/dist/esm/icons/IconMinus.mjs';
export { default as IconScale } from '@tabler/icons-react/dist/esm/icons/IconScale.mjs';
export { default as IconSettings } from '@tabler/icons-react/dist/esm/icons/IconSettings.mjs';
export { default as IconStack2 } from '@tabler/icons-react/dist/esm/icons/IconStack2.mjs';
export { default as IconTilde } from '@tabler/icons-react/dist/esm/icons/IconTilde.mjs';
export { default as IconX } from '@tabler/icons-react/dist/esm/icons/IconX.mjs';
