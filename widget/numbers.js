// Made from bot/emergency_numbers.yml by `python -m bot.channels.web.numbers_script`; a server
// sends its own settings in place of it.

/** @type {Record<string, string>} The countries (two letters each) of each number. */
export const NUMBERS = {"112": "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEINISITLTLULVMTNLPLPTROSESISKTR", "000": "AU", "192": "BR", "911": "CAMXUS", "144": "CH", "999": "GB", "101": "IL", "119": "JPKR", "113": "NO", "111": "NZ", "10177": "ZA"};

/** The server's country; empty if it has none, and in a copy that none has sent. */
export const REGION = "";
