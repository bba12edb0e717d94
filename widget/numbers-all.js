// Made from bot/emergency_numbers.yml by `python -m bot.channels.web.numbers_script`; a server
// sends its own settings in place of it.

import { NUMBERS } from "./numbers.js";

export const ALL_NUMBERS = Object.assign(NUMBERS, {"998": "AE", "127": "AL", "107": "AR", "911": "ASCAGUJOMXPHPRUSVI", "112": "ATAXBEBGCYCZDEDKEEESFIFRGEGRHRHUIEINISITKWLTLULVMDMTNLPLPTROSESISKTR", "000": "AU", "124": "BAME", "999": "BDBHGBGGHKIMJEKEMYQA", "192": "BR", "144": "CHLI", "131": "CL", "120": "CN", "123": "COEG", "101": "IL", "119": "JPKRTW", "194": "MK", "113": "NO", "111": "NZ", "9999": "OM", "997": "SA", "995": "SG", "1669": "TH", "103": "UA", "115": "VN", "10177": "ZA"});
