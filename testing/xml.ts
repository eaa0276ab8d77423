export const escapeXml = (text: string): string =>
  text.replaceAll(/[<>&'"\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const unescapeXml = (text: string): string =>
  text.replaceAll(/&(#x?)?([0-9a-z]+);/gi, (_, number: string | undefined, name: string) =>
    number ? String.fromCodePoint(Number.parseInt(name, number === "#" ? 10 : 16)) : (ENTITIES[name] ?? ""),
  );

/** The keys in the body of a DeleteObjects request. */
export const keysInXml = (xml: string): string[] =>
  [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => unescapeXml(key));
