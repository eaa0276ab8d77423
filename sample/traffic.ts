import { addressOf, CLIENTS, userAgentOf } from "./clients";
import type { Random } from "./random";

/** One request, independent of the service that logs it. */
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
const PRODUCTS = 5000;
/** Pages, the most frequent first. */
const PAGES: readonly [(random: Random) => string, ...((random: Random) => string)[]] = [
  () => "/",
  (random) => `/products/${random.skewed(PRODUCTS)}`,
  (random) => `/images/products/${random.skewed(PRODUCTS)}.webp`,
  () => "/login",
  () => "/search",
  (random) => `/api/v1/products/${random.skewed(PRODUCTS)}`,
  () => "/cart",
  () => "/checkout",
  (random) => `/api/v1/orders/${random.hex(12)}`,
  () => "/static/app.3f9c1d.js",
  () => "/static/app.3f9c1d.css",
  () => "/images/logo.png",
  () => "/api/v2/session",
  (random) => `/account/orders/${random.integer(100_000, 999_999)}`,
  () => "/robots.txt",
  () => "/help",
  () => "/health",
  () => "/favicon.ico",
];
const SEARCH_WORDS = [
  "red",
  "shoes",
  "winter",
  "coat",
  "size",
  "kids",
  "sale",
  "blue",
  "boots",
  "linen",
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
const SCANNER = "203.0.113.66";
const OUTAGE_STATUSES = [502, 503, 504] as const;

/** Relative weight of an hour in a day's traffic, which is highest in the evening. */
export const hourWeight = (hour: number): number => 0.55 + 0.45 * Math.sin(((hour - 9) / 24) * 2 * Math.PI);

/**
 * One request at a given time. A scanner looks for vulnerabilities all the time, and for ten minutes of one
 * hour (`outage`) the checkout fails: queries can find both.
 */
export function request(
  random: Random,
  time: number,
  outage: { readonly from: number; readonly to: number },
): Request {
  const isScan = random.chance(0.01);
  const client = random.skewed(CLIENTS);
  const path = isScan ? random.pick(PROBES) : page(random);
  const isOutage = time >= outage.from && time < outage.to && path === "/checkout";
  const status = isScan ? 404 : isOutage ? random.pick(OUTAGE_STATUSES) : usualStatus(random);
  const isWrite = path === "/login" || path === "/checkout" || random.chance(0.08);
  return {
    time,
    client: isScan ? SCANNER : addressOf(client),
    clientPort: random.integer(1024, 65_535),
    method: isScan ? "GET" : isWrite ? "POST" : random.chance(0.02) ? "HEAD" : "GET",
    host: HOSTS[random.skewed(HOSTS.length)] ?? HOSTS[0],
    path,
    query: isScan ? "" : query(random, path),
    userAgent: isScan ? "Mozilla/5.0 zgrab/0.x" : userAgentOf(client),
    referrer: random.chance(0.4) ? `https://${HOSTS[0]}${page(random)}` : "",
    status,
    seconds: isOutage ? 10 + random.next() * 20 : Math.exp(-5 + random.next() * 4),
    receivedBytes: random.integer(120, 2400),
    sentBytes: status === 304 ? random.integer(150, 300) : Math.floor(Math.exp(5 + random.next() * 7)),
    isTls: !isScan || random.chance(0.3),
  };
}

const page = (random: Random): string => (PAGES[random.skewed(PAGES.length)] ?? PAGES[0])(random);

function query(random: Random, path: string): string {
  if (path === "/search") {
    return `q=${random.pick(SEARCH_WORDS)}+${random.pick(SEARCH_WORDS)}&page=${random.skewed(20) + 1}`;
  }
  // Some follow a link in an e-mail that identifies them.
  return path.startsWith("/products/") && random.chance(0.2)
    ? `utm_source=newsletter&utm_campaign=2026-06&recipient=${random.hex(16)}`
    : "";
}

function usualStatus(random: Random): number {
  const draw = random.next();
  if (draw < 0.004) return 500;
  if (draw < 0.03) return 404;
  if (draw < 0.04) return 403;
  if (draw < 0.07) return 302;
  return draw < 0.12 ? 304 : 200;
}
