// Two doors lead to the site's routes: the REST API, and admin-ajax.php where something keeps visitors out of that.
import type { SendJson } from './session.ts';

export type Door = {
  /** Sends through the door that is known to be open; a refusal that is not the plugin's own makes it try the other one, once. */
  send: SendJson;
  /** Where a request to one of the routes goes. */
  through: (url: string) => string;
};

export type DoorPorts = {
  rest: string;
  /** The other base; empty for none. */
  door: string;
  send: SendJson;
  /** Lives as long as the tab. */
  memory: { read: () => string | null; write: (value: string) => void };
};

/** Nothing was answered at all: that is the network's doing. */
const unanswered = new Set(['fetch_error', 'offline_error']);

export function createDoor({ rest, door, send, memory }: DoorPorts): Door {
  let isOther = door !== '' && memory.read() !== null;
  const through = (url: string) => (isOther && url.startsWith(rest) ? door + url.slice(rest.length).replace('?', '&') : url);
  return {
    through,
    send: async (request) => {
      const attempt = async () => await send({ ...request, url: through(request.url) });
      try {
        return await attempt();
      } catch (error) {
        if (isOther || !door || !isForeign(error)) throw error;
        isOther = true;
        try {
          const answer = await attempt();
          memory.write('ajax');
          return answer;
        } catch (second) {
          isOther = false;
          throw second;
        }
      }
    },
  };
}

/** Every refusal of ours has a request id. */
function isForeign(error: unknown): boolean {
  const { code, requestId } = error as { code?: unknown; requestId?: unknown };
  return typeof code === 'string' && requestId === undefined && !unanswered.has(code);
}
