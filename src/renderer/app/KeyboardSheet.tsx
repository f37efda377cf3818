import { Modal } from '@mantine/core';
import { Fragment } from 'react';
import { shortcuts } from '../../contract/shortcuts.ts';
import classes from './KeyboardSheet.module.css';
import { keyWords, localKeys } from './shortcuts.ts';

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Every key that does something. */
export function KeyboardSheet({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const groups = [...new Set(shortcuts.map(({ group }) => group))];
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Keyboard"
      size="lg"
      centered
      // Locking the scroll would write a style sheet, which the content policy refuses.
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes.groups}>
        {groups.map((group) => (
          <section key={group}>
            <h3 className={classes.title}>{group}</h3>
            <dl className={classes.keys}>
              {shortcuts
                .filter((shortcut) => shortcut.group === group)
                .map(({ id, keys, title }) => (
                  <Key
                    key={id}
                    keys={keys.slice(0, 2).map((combination) => keyWords(combination, isApple))}
                    title={title}
                  />
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3 className={classes.title}>Where they have focus</h3>
          <dl className={classes.keys}>
            {localKeys.map(({ keys, title }) => (
              <Key key={title} keys={keys.map((key) => [key])} title={title} />
            ))}
          </dl>
        </section>
      </div>
    </Modal>
  );
}

function Key({ keys, title }: { readonly keys: readonly (readonly string[])[]; readonly title: string }) {
  const shown = keys.filter((words, index) => keys.findIndex((other) => other.join() === words.join()) === index);
  return (
    <div className={classes.key}>
      <dt>
        {shown.map((words, index) => (
          <Fragment key={words.join()}>
            {index > 0 && ' or '}
            {words.map((word) => (
              <kbd key={word}>{word}</kbd>
            ))}
          </Fragment>
        ))}
      </dt>
      <dd>{title}</dd>
    </div>
  );
}
