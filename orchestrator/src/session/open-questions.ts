// Questions that got no good answer, grouped by their words without fillers, so that the site's people see what to write about.
import type { Database } from '@aiguy/manifests/database';
import type { StaffQuestion } from '@aiguy/manifests/generated/http';

const days = 90;
const readMax = 2000;
const groupsMax = 100;
const questionCharactersMax = 300;

const fillers = new Set(
  (
    'a an the is are am was were do does did can could would will shall may might i you we me my your our us it its this that please pls hi hello hey ' +
    'thanks thank tell know want need just about to of for in on at with and or so there any some ' +
    'bitte hallo guten tag ich sie du wir mir mich mein meine der die das ein eine einen ist sind kann können könnte und oder zu für in von ' +
    'bonjour je vous tu nous mon ma mes le la les un une des est sont puis peux pouvez et ou de du pour svp'
  ).split(' '),
);

/** Words that carry the question, in their order; the whole text when nothing else is left. */
export function wordingWithoutFillers(question: string): string {
  const words =
    question
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const kept = words.filter((word) => !fillers.has(word));
  return (kept.length > 0 ? kept : words).join(' ');
}

type Asked = { text: string; session_id: string; started_at: Date };

export async function openQuestions(database: Database, issuer: string): Promise<StaffQuestion[]> {
  const { rows } = await database.query<Asked>(
    `SELECT left(input ->> 'text', $4) AS text, session_id, started_at FROM runs JOIN sessions ON sessions.id = session_id
     WHERE unhelped AND issuer = $1 AND input ->> 'kind' = 'message' AND started_at > now() - $2 * interval '1 day'
     ORDER BY started_at DESC LIMIT $3`,
    [issuer, days, readMax, questionCharactersMax],
  );
  const groups = Map.groupBy(rows, ({ text }) => wordingWithoutFillers(text));
  return [...groups.values()]
    .flatMap(([latest, ...others]) =>
      latest ? [{ question: latest.text, count: others.length + 1, lastAskedAt: latest.started_at.toISOString(), sessionId: latest.session_id }] : [],
    )
    .toSorted((a, b) => b.count - a.count || b.lastAskedAt.localeCompare(a.lastAskedAt))
    .slice(0, groupsMax);
}
