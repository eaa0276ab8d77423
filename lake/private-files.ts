/** Files and folders are readable only by their owner. */
const OWNER_ONLY = 0o077;

let users = 0;
let umask = 0;

/**
 * Makes new files and folders readable only by their owner, until the returned function is called: the rows of a
 * lake contain what the logs contain, and logs are often readable only by their owner.
 */
export function makeFilesPrivate(): () => void {
  if (users++ === 0) umask = process.umask(OWNER_ONLY);
  return () => {
    if (--users === 0) process.umask(umask);
  };
}

/** Does some work while new files are private. */
export async function withPrivateFiles<T>(work: () => Promise<T>): Promise<T> {
  const end = makeFilesPrivate();
  try {
    return await work();
  } finally {
    end();
  }
}
