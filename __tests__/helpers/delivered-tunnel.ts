import type { ConfiguredSource } from "../../formats/configured-source";
import { LOGS } from "./delivered";
import { idOf, tunnel } from "./made-up-formats";

/** With a folder for each hour. */
export const TUNNEL: ConfiguredSource = {
  name: "tunnel",
  format: idOf(tunnel),
  prefix: "tunnel/",
  asDelivered: { bucket: LOGS },
};

/** Key of a made-up file of an hour, below the prefix of `TUNNEL`. */
export function tunnelFileKey(hour: Date, account = "111122223333"): string {
  const [year, month, day] = hour.toISOString().slice(0, 10).split("-");
  const text = hour.toISOString().slice(0, 13);
  return `tunnel/${account}/year=${year}/month=${month}/day=${day}/hour=${text.slice(11)}/tunnel_${text}.log.gz`;
}
