import classes from './SignedOut.module.css';

/** What a browser without the cookie sees: the link works once, and this is not it. */
export function SignedOut() {
  return (
    <main className={classes.page}>
      <h1>This window is not connected</h1>
      <p>The link that opens Featherweight works once, and this one was used or is incomplete.</p>
      <p>Your files are untouched.</p>
      <p>
        Run <code>featherweight serve</code> again and open the link that it prints.
      </p>
    </main>
  );
}
