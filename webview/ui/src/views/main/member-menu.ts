// What can be done with a member.

import { say } from "../../catalogue";
import type { MenuItem } from "../../components/menu";
import type { Member, ServerId } from "../../contract";
import type { App } from "../../stores/app";

/** The entries one may use. */
export function memberMenu(app: App, server: ServerId, member: Member): MenuItem[] {
  const words = say().memberMenu;
  return [
    {
      label: words.profile,
      icon: "user",
      run: () => app.place.show({ kind: "profile", server, account: member.account_id }),
    },
    {
      label: words.copyId,
      icon: "copy",
      run: () => void navigator.clipboard.writeText(member.account_id).then(() => app.toasts.tell(say().common.copied)),
    },
  ];
}
