// The task of navigate_page: reads a page that did not come while its visitor waited, through the same guarded reader.
import { AiguyError } from '@aiguy/manifests/errors';
import type { SitePages } from '../backends/pages/site-pages.ts';
import { pathOf, type Visit } from '../tools/navigate_page/handler.ts';
import { pageAnswer, shortened } from '../tools/navigate_page/page-answer.ts';
import type { TaskRunner } from './run-task.ts';

/** Nobody waits for it any more, but one of two workers does, and mails and tickets behind it. */
const visitTimeoutMs = 10_000;
/** With the queue's pauses some five minutes; whoever asked has gone on by then. */
const attemptsMax = 6;

export function createVisitTask(pages: SitePages): TaskRunner {
  return {
    attemptsMax,
    mayBreakOff: true,
    isPatient: true,
    run: async (input, { signal }) => {
      const visit = visitIn(input);
      try {
        const page = await pages.read(new URL(visit.site), visit.path, { signal, timeoutMs: visitTimeoutMs });
        const answer = pageAnswer('site', page, visit.question);
        const output = { ...answer, summary: shortened(`I have read ${page.url} now. ${answer.summary}`) };
        return { message: `${pathOf(visit)} has been read.`, output };
      } catch (error) {
        // An answer too, and the same the next time.
        if (error instanceof AiguyError && error.code === 'not_found') return { message: `${pathOf(visit)} holds no page that I can read.` };
        throw error;
      }
    },
    waiting: (input) => `${pathOf(visitIn(input))} does not answer yet. It is tried again.`,
    givenUp: (input) => `The page ${pathOf(visitIn(input))} did not answer, so I can’t say what is on it.`,
  };
}

function visitIn({ site, path, question }: Record<string, unknown>): Visit {
  return { site: String(site), path: String(path), question: String(question) };
}
