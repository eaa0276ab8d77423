import { similar } from "../../cli/similar";

const NAMES = ["alb_top_clients", "alb_top_urls", "alb_tls"];

it.each([
  ["alb_topclients", "alb_top_clients"],
  ["alb_top_url", "alb_top_urls"],
  ["top_clients", undefined],
  ["alb_tsl", "alb_tls"],
  ["weather", undefined],
])("%s means %s", (name, meant) => {
  expect(similar(name, NAMES)).toBe(meant);
});
