import { useEffect, type RefObject } from 'react';

/** An element that had the focus, and its way down from the page: each element that it lies in, and which of its children leads on. */
interface Held {
  readonly element: Element;
  /** Whether it was off since, for which a browser takes the focus away as well. */
  wasOff: boolean;
  readonly way: readonly { readonly parent: Element; readonly child: number }[];
}

const focusable =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), summary, [tabindex="0"]';

/**
 * Keeps the place of who works by keyboard. What has the focus often goes by being used: a row that is cancelled, “Pause” that
 * becomes “Go on”, a button that is off while its call is on its way. The browser then forgets the place, and says nothing.
 * The focus goes to what stands there now, to the beginning of the screen where all of it is new, and back to what was only off.
 */
export function useKeptFocus(main: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let held: Held | undefined;
    const hold = ({ target }: FocusEvent) => {
      // Dialogs lie beside the window's root, and give the focus back themselves.
      const isInside = target instanceof Element && target.closest('#root') !== null;
      // Who points does not lose their place, and must not find a button under the next key that they press.
      held =
        isInside && target.matches(':focus-visible')
          ? { element: target, wasOff: false, way: wayTo(target) }
          : undefined;
    };
    const letGo = () => (held = undefined);
    // On its way to another element the focus is nowhere, too.
    const leave = ({ relatedTarget }: FocusEvent) => (relatedTarget === null ? undefined : letGo());
    const observer = new MutationObserver(() => {
      if (held === undefined) return;
      const { element } = held;
      if (element.isConnected && element.matches(':disabled')) held.wasOff = true;
      else if (document.activeElement !== document.body || !document.hasFocus()) return;
      else if (!element.isConnected) refocus(placeOf(held, main.current));
      else if (held.wasOff) refocus(element);
    });
    observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['disabled'] });
    document.addEventListener('focusin', hold);
    document.addEventListener('focusout', leave);
    document.addEventListener('pointerdown', letGo);
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', hold);
      document.removeEventListener('focusout', leave);
      document.removeEventListener('pointerdown', letGo);
    };
  }, [main]);
}

function refocus(element: Element | null): void {
  if (element instanceof HTMLElement || element instanceof SVGElement) element.focus({ preventScroll: true });
}

function wayTo(element: Element): Held['way'] {
  const way: { readonly parent: Element; readonly child: number }[] = [];
  for (let at = element; at.parentElement !== null; at = at.parentElement)
    way.push({ parent: at.parentElement, child: [...at.parentElement.children].indexOf(at) });
  return way;
}

/** What can have the focus where an element was that is gone: what took its place, else what stood before it. */
function placeOf({ way }: Held, main: Element | null): Element | null {
  for (const { parent, child } of way) {
    if (parent === main) break;
    if (!parent.isConnected) continue;
    const found = [child, child - 1].map((place) => parent.children[place]).find((at) => firstIn(at) !== null);
    if (found?.contains(main) === true) break;
    if (found !== undefined) return firstIn(found);
  }
  return main;
}

function firstIn(element: Element | undefined): Element | null {
  if (element === undefined) return null;
  return element.matches(focusable) ? element : element.querySelector(focusable);
}
