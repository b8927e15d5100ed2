// A line for something that takes longer than an answer, with how far it is.
import { __ } from '@wordpress/i18n';
import type { TaskMessage } from '../chat/chat-state.ts';
import { visibleLine } from '../chat/visible-text.ts';
import { Icon } from './icon.tsx';

export function TaskLine({ task }: { task: TaskMessage }) {
  const isRunning = task.state === 'queued' || task.state === 'running';
  return (
    <div className="task">
      <p className={`outcome ${task.state === 'done' ? 'is-good' : ''}`}>
        <Icon name={task.state === 'done' ? 'check' : task.state === 'failed' ? 'alert' : 'clock'} />
        <span>
          <bdi>{visibleLine(task.title)}</bdi>
          <span className="task-state"> · {stateText(task)}</span>
        </span>
      </p>
      {task.text === '' ? null : <p dir="auto">{visibleLine(task.text)}</p>}
      {isRunning && task.progress !== undefined ? <progress aria-label={visibleLine(task.title)} value={task.progress} max={1} /> : null}
    </div>
  );
}

function stateText({ state }: TaskMessage): string {
  switch (state) {
    case 'queued':
      return __('waiting', 'aiguy');
    case 'running':
      return __('under way', 'aiguy');
    case 'done':
      return __('done', 'aiguy');
    case 'failed':
      return __('failed', 'aiguy');
  }
}
