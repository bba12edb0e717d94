// The types that the npm package promises are those that the widget has: this must compile.
import type * as Promised from "../../widget/public";
import type * as Real from "../../widget/bonafide-chat.js";

declare const real: typeof Real;
declare const chat: Real.BonafideChat;

export const promised: Pick<typeof Promised, "mount" | "unmount"> = real;
export const promisedChat: Promised.BonafideChat = chat;
export const message: Promised.BonafideChatEvents["bonafide-message"] = new CustomEvent("bonafide-message", {
  detail: { kind: "answer" },
});
