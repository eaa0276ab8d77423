import { zeroed } from "./memory";

/** A bit for each client, in so many words for each slot. */
let seen: usize = 0;
let words: usize = 0;

export function beginClients(slots: usize, clients: usize): void {
  if (seen) heap.free(seen);
  words = (clients + 63) >> 6;
  seen = zeroed(slots * words * 8);
}

export function addClient(slot: usize, client: u32): void {
  const at = seen + (slot * words + (client >> 6)) * 8;
  store<u64>(at, load<u64>(at) | ((<u64>1) << (client & 63)));
}

/** Number of different clients of a slot. */
export function clientsOf(slot: usize): u32 {
  let clients: u64 = 0;
  for (let word = slot * words; word < (slot + 1) * words; word++)
    clients += popcnt(load<u64>(seen + word * 8));
  return <u32>clients;
}
