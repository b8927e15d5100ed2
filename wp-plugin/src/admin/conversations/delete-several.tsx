// Deleting several conversations: which are chosen, one question for all of them, how far it is, and what could not be deleted.
import type { StaffConversationsDeleted } from '@aiguy/manifests/generated/http';
import { Button, Modal, Notice, ProgressBar } from '@wordpress/components';
import { useEffect, useRef, useState } from '@wordpress/element';
import { __, _n, sprintf } from '@wordpress/i18n';
import { failureOf, request } from '../request';
import './delete-several.css';

/** In one request, so that the bar moves and none takes long. */
const atOnce = 10;

/** shown: ids in the list's order. chosen: those of them that are to be deleted. */
type Props = { shown: string[]; chosen: string[]; onChoose: (ids: string[]) => void; onDeleted: (ids: string[]) => void };

export function DeleteSeveral({ shown, chosen, onChoose, onDeleted }: Props) {
  const [asked, setAsked] = useState<string[] | undefined>();
  const [result, setResult] = useState<Result | undefined>();
  const place = useRef<HTMLElement>(null);
  const onDone = (done: Result) => {
    setAsked(undefined);
    setResult(done);
    onDeleted(done.deleted);
    onChoose(done.failed);
    place.current?.focus();
  };
  return (
    <section className="aiguy-choose-tools" ref={place} tabIndex={-1} aria-label={__('Delete several', 'aiguy')}>
      <ChooseAll {...{ shown, chosen, onChoose }} />
      {chosen.length === 0 ? null : (
        <Button variant="secondary" isDestructive size="compact" onClick={() => setAsked(chosen)}>
          {
            /* translators: %d: number of conversations. */
            sprintf(_n('Delete %d conversation', 'Delete %d conversations', chosen.length, 'aiguy'), chosen.length)
          }
        </Button>
      )}
      {result ? <Told result={result} onRemove={() => setResult(undefined)} /> : null}
      {asked ? <Question ids={asked} onKeep={() => setAsked(undefined)} onDone={onDone} /> : null}
    </section>
  );
}

function ChooseAll({ shown, chosen, onChoose }: Omit<Props, 'onDeleted'>) {
  const box = useRef<HTMLInputElement>(null);
  const isAll = shown.length > 0 && chosen.length === shown.length;
  useEffect(() => {
    if (box.current) box.current.indeterminate = chosen.length > 0 && !isAll;
  }, [chosen.length, isAll]);
  return (
    <label>
      <input ref={box} type="checkbox" checked={isAll} disabled={shown.length === 0} onChange={() => onChoose(isAll ? [] : shown)} />
      {__('Select all shown', 'aiguy')}
    </label>
  );
}

/** problem: in words, where the site or the service did not answer. */
type Result = { deleted: string[]; failed: string[]; problem: string };

function Question({ ids, onKeep, onDone }: { ids: string[]; onKeep: () => void; onDone: (result: Result) => void }) {
  const [done, setDone] = useState<number | undefined>();
  const isBusy = done !== undefined;
  const go = async () => {
    setDone(0);
    onDone(await deleteAll(ids, setDone));
  };
  const title = sprintf(
    /* translators: %d: number of conversations. */
    _n('Delete %d conversation for good?', 'Delete %d conversations for good?', ids.length, 'aiguy'),
    ids.length,
  );
  return (
    <Modal title={title} size="medium" isDismissible={!isBusy} onRequestClose={() => (isBusy ? undefined : onKeep())}>
      <p>
        {__(
          'What was said, its ratings and notes are deleted, here and in the visitors’ browsers. Tickets and the figures of the reports stay.',
          'aiguy',
        )}
      </p>
      <p role="status">
        {/* translators: 1: how many are done, 2: of how many. */}
        {isBusy ? sprintf(__('%1$d of %2$d done.', 'aiguy'), done, ids.length) : ''}
      </p>
      {isBusy ? <ProgressBar value={Math.round((done / ids.length) * 100)} aria-label={__('Progress', 'aiguy')} /> : null}
      <div className="aiguy-export">
        <Button variant="secondary" disabled={isBusy} onClick={onKeep}>
          {__('Keep them', 'aiguy')}
        </Button>
        <Button variant="primary" isDestructive isBusy={isBusy} disabled={isBusy} onClick={() => void go()}>
          {__('Delete', 'aiguy')}
        </Button>
      </div>
    </Modal>
  );
}

async function deleteAll(ids: string[], onProgress: (done: number) => void): Promise<Result> {
  const result: Result = { deleted: [], failed: [], problem: '' };
  for (let at = 0; at < ids.length; at += atOnce) {
    const some = ids.slice(at, at + atOnce);
    try {
      const { deleted, busy } = await request<StaffConversationsDeleted>('conversations', { method: 'DELETE', data: { ids: some } });
      result.deleted.push(...deleted);
      result.failed.push(...busy);
    } catch (error) {
      // Where nobody answers, asking for the others would only take long.
      return { ...result, failed: [...result.failed, ...ids.slice(at)], problem: failureOf(error).message };
    }
    onProgress(Math.min(at + atOnce, ids.length));
  }
  return result;
}

function Told({ result: { deleted, failed, problem }, onRemove }: { result: Result; onRemove: () => void }) {
  /* translators: %d: number of conversations. */
  const gone = sprintf(_n('%d conversation is deleted.', '%d conversations are deleted.', deleted.length, 'aiguy'), deleted.length);
  /* translators: %d: number of conversations. */
  const left = sprintf(
    _n('%d could not be deleted and is still selected.', '%d could not be deleted and are still selected.', failed.length, 'aiguy'),
    failed.length,
  );
  const why = problem || __('An answer or a change is still under way there. Try again in a moment.', 'aiguy');
  return (
    <Notice status={failed.length === 0 ? 'success' : 'error'} onRemove={onRemove}>
      {[...(deleted.length > 0 || failed.length === 0 ? [gone] : []), ...(failed.length > 0 ? [left, why] : [])].join(' ')}
    </Notice>
  );
}
