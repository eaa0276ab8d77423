/** Characters that more than one part of the program looks for. */
export const TAB: u8 = 0x09;
export const LINE_FEED: u8 = 0x0a;
export const SPACE: u8 = 0x20;
export const HASH: u8 = 0x23;
export const DASH: u8 = 0x2d;
export const DOT: u8 = 0x2e;
export const SLASH: u8 = 0x2f;
export const ZERO: u8 = 0x30;
export const COLON: u8 = 0x3a;
