import type { Random } from "./random";

/** One request, before it is known who logs it. */
export interface Request {
  /** Milliseconds since 1970 at which the response ended. */
  readonly time: number;
  readonly client: string;
  readonly clientPort: number;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly userAgent: string;
  readonly referrer: string;
  readonly status: number;
  readonly seconds: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly isTls: boolean;
}

const HOSTS = ["shop.example.com", "api.example.com", "www.example.com"] as const;
const PATHS = [
  "/",
  "/login",
  "/search",
  "/cart",
  "/checkout",
  "/api/v1/products",
  "/api/v1/orders",
  "/api/v2/session",
  "/static/app.js",
  "/static/app.css",
  "/images/logo.png",
  "/images/hero.webp",
  "/robots.txt",
  "/account/orders",
  "/products/42",
  "/products/7",
  "/products/1001",
  "/help",
  "/health",
  "/favicon.ico",
] as const;
const PROBES = [
  "/wp-login.php",
  "/.env",
  "/.git/config",
  "/phpmyadmin/",
  "/admin.php",
  "/cgi-bin/luci",
  "/actuator/env",
] as const;
const USER_AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
  "okhttp/4.12.0",
  "curl/8.10.1",
  "python-requests/2.32.3",
  "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://bot.example.org/about)",
] as const;
/** Documentation address ranges (RFC 5737, RFC 3849): nobody's. */
const SCANNER = "203.0.113.66";
const CLIENTS = 400;
const OUTAGE_STATUSES = [502, 503, 504] as const;

/** The part of a day's traffic that falls into an hour: most of it in the evening. */
export const hourWeight = (hour: number): number => 0.55 + 0.45 * Math.sin(((hour - 9) / 24) * 2 * Math.PI);

/**
 * One request at a given time. A scanner looks for holes all the time, and for ten minutes of one hour (`outage`) the
 * checkout fails: two things worth finding.
 */
export function request(
  random: Random,
  time: number,
  outage: { readonly from: number; readonly to: number },
): Request {
  const isScan = random.chance(0.01);
  const path = isScan ? random.pick(PROBES) : (PATHS[random.skewed(PATHS.length)] ?? PATHS[0]);
  const isOutage = time >= outage.from && time < outage.to && path === "/checkout";
  const status = isScan ? 404 : isOutage ? random.pick(OUTAGE_STATUSES) : usualStatus(random);
  const isWrite = path === "/login" || path === "/checkout" || random.chance(0.08);
  return {
    time,
    client: isScan ? SCANNER : clientAddress(random.skewed(CLIENTS)),
    clientPort: random.integer(1024, 65_535),
    method: isScan ? "GET" : isWrite ? "POST" : random.chance(0.02) ? "HEAD" : "GET",
    host: HOSTS[random.skewed(HOSTS.length)] ?? HOSTS[0],
    path,
    query: path === "/search" ? `q=${random.hex(4)}&page=${random.integer(1, 9)}` : "",
    userAgent: isScan
      ? "Mozilla/5.0 zgrab/0.x"
      : (USER_AGENTS[random.skewed(USER_AGENTS.length)] ?? USER_AGENTS[0]),
    referrer: random.chance(0.4) ? `https://${HOSTS[0]}/` : "",
    status,
    seconds: isOutage ? 10 + random.next() * 20 : Math.exp(-5 + random.next() * 4),
    receivedBytes: random.integer(120, 2400),
    sentBytes: status === 304 ? random.integer(150, 300) : Math.floor(Math.exp(5 + random.next() * 7)),
    isTls: !isScan || random.chance(0.3),
  };
}

function usualStatus(random: Random): number {
  const draw = random.next();
  if (draw < 0.004) return 500;
  if (draw < 0.03) return 404;
  if (draw < 0.04) return 403;
  if (draw < 0.07) return 302;
  return draw < 0.12 ? 304 : 200;
}

/** Every tenth client has an IPv6 address. */
const clientAddress = (index: number): string =>
  index % 10 === 9
    ? `2001:db8:${(index * 7).toString(16)}::${index.toString(16)}`
    : `198.51.100.${index % 256}`;
