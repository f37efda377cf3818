/** The page has a scheme of its own, so that `file:` and all its privileges stay out of the window. */
export const scheme = 'app';
export const origin = `${scheme}://featherweight`;
export const startAddress = `${origin}/index.html`;
