/** Number of clients; the first ones are the busiest. */
export const CLIENTS = 20_000;

/** Size of the IPv4 network that is reserved for benchmarks: 2 to this power. */
const BENCHMARK_BITS = 17;
const BENCHMARK_NETWORK = 0xc612_0000;

/**
 * The address of a client. No real client has it: it is from the networks for benchmarks and documentation
 * (RFC 2544, RFC 3849). Every third client has an IPv6 address, whose lower half is random, as for most
 * devices.
 */
export function addressOf(client: number): string {
  if (client % 3 === 2) {
    const parts = [0, 1, 2, 3, 4, 5].map((part) => (spread(client * 6 + part) & 0xffff).toString(16));
    return `2001:db8:${parts.join(":")}`;
  }
  const address = BENCHMARK_NETWORK + (spread(client) & ((1 << BENCHMARK_BITS) - 1));
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}

/** The user agent of a client: always the same. */
export function userAgentOf(client: number): string {
  const choice = spread(client);
  const version = (choice >>> 8) % 24;
  const patch = (choice >>> 16) % 10;
  const browser = AGENTS[choice % AGENTS.length] ?? AGENTS[0];
  return browser(version, patch);
}

/** User agents, from a version and its patch. Browsers are listed more than once. */
const AGENTS: readonly [
  (version: number, patch: number) => string,
  ...((version: number, patch: number) => string)[],
] = [
  chrome("Windows NT 10.0; Win64; x64"),
  chrome("Windows NT 10.0; Win64; x64"),
  chrome("Macintosh; Intel Mac OS X 10_15_7"),
  chrome("X11; Linux x86_64"),
  (version, patch) =>
    `Mozilla/5.0 (Linux; Android ${11 + (version % 6)}; SM-S9${patch}1B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${118 + version}.0.0.0 Mobile Safari/537.36`,
  (version, patch) =>
    safari(`iPhone; CPU iPhone OS ${16 + (version % 4)}_${patch} like Mac OS X`, version, patch),
  (version, patch) =>
    safari(`iPhone; CPU iPhone OS ${16 + (version % 4)}_${patch} like Mac OS X`, version, patch),
  (version, patch) => safari("Macintosh; Intel Mac OS X 10_15_7", version, patch),
  (version) =>
    `Mozilla/5.0 (X11; Linux x86_64; rv:${121 + version}.0) Gecko/20100101 Firefox/${121 + version}.0`,
  (version, patch) => `ExampleShop/5.${version}.${patch} (iOS; build ${1000 + version * 10 + patch})`,
  (version, patch) => `okhttp/4.${version % 13}.${patch}`,
  (version) => `python-requests/2.${8 + version}.0`,
  () => "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://bot.example.org/about)",
];

function chrome(system: string): (version: number) => string {
  return (version) =>
    `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${118 + version}.0.0.0 Safari/537.36`;
}

const safari = (system: string, version: number, patch: number): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${16 + (version % 4)}.${patch} Mobile/15E148 Safari/604.1`;

/** A 32-bit number that looks random: the same for the same value. */
function spread(value: number): number {
  const mixed = Math.imul(value + 1, 0x9e37_79b1);
  return (mixed ^ (mixed >>> 17)) >>> 0;
}
