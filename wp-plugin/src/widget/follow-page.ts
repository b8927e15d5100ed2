// Tells the page that the visitor is on when a tool asks for it, and shows on it what the answer talks about. All but the asking is loaded then.
import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import type { ChatEvent } from '../chat/events.ts';
import type { ReceivedEvent } from '../chat/transport.ts';

/** Older wishes belong to a conversation that is shown again. */
const wishAgeMaxMs = 60_000;

export function followPage(
  load: () => Promise<void>,
  tell: (requestId: string, page: PageSnapshot) => Promise<unknown>,
): (events: ReceivedEvent[]) => void {
  let isTold = false;
  let answer = '';
  const start = (requestId: string) => {
    isTold = true;
    // What fails leaves the tool without a page, which it says.
    load()
      .then(() => window.aiguyPage && tell(requestId, window.aiguyPage.describe()))
      .catch(() => undefined);
  };
  const follow = (event: ChatEvent) => {
    switch (event.type) {
      case 'page_wanted':
        if (Math.abs(Date.now() - event.at) < wishAgeMaxMs && document.visibilityState === 'visible') start(event.requestId);
        break;
      case 'RUN_STARTED':
        isTold = false;
        break;
      case 'TEXT_MESSAGE_START':
        answer = '';
        break;
      case 'TEXT_MESSAGE_CONTENT':
        answer += event.delta;
        break;
      case 'TEXT_MESSAGE_END':
        if (isTold) window.aiguyPage?.show(answer);
    }
  };
  return (events) => {
    for (const { event } of events) if (event) follow(event);
  };
}
