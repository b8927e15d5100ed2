// What a test found, said to screen readers too.
import { Notice } from '@wordpress/components';
import type { Connection } from './setup';

/** @param isFine the test's own «not ok» may be what the next step is for */
export function Result({ result, isFine = result?.ok ?? false }: { result: Connection | undefined; isFine?: boolean }) {
  return (
    <div role="status" className="aiguy-setup-result">
      {result ? (
        <Notice status={isFine ? 'success' : 'error'} isDismissible={false} spokenMessage="">
          {result.message}
        </Notice>
      ) : null}
    </div>
  );
}
