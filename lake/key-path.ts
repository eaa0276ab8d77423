/** An empty part, one that leads to another folder, or an end of a text for the system. */
const NO_PATH = /(?:^|\/)\.{0,2}(?:\/|$)|\0/;
/** Characters that Windows reads as a separator, a stream or a pattern, or that it cuts off. */
const NO_NAME_ON_WINDOWS = /[<>:"|?*\\\p{Cc}]|[. ]$/u;
/** Names that stand for devices on Windows, whatever their extension. */
const DEVICE_ON_WINDOWS = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * The path below a folder for an object's key: the key itself.
 *
 * @param platform as Node names it
 * @throws Error if the key leads out of the folder, or has a part that is not a valid file name
 */
export function keyPath(key: string, platform: NodeJS.Platform = process.platform): string {
  if (NO_PATH.test(key)) throw new Error(`the key "${key}" is not a path below a folder`);
  const unusable = platform === "win32" ? key.split("/").find(isNoNameOnWindows) : undefined;
  if (unusable !== undefined) {
    throw new Error(
      `the key "${key}" is not a valid path on Windows: no file can have the name "${unusable}"`,
    );
  }
  return key;
}

const isNoNameOnWindows = (part: string): boolean =>
  NO_NAME_ON_WINDOWS.test(part) || DEVICE_ON_WINDOWS.test(part);
