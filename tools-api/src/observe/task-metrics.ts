// Prometheus figures of the long tasks: how many wait, how attempts end.
import type { Database } from '@aiguy/manifests/database';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { AttemptResult } from '../tasks/run-task.ts';
import { countOpen } from '../tasks/tasks.ts';

export type TaskMetrics = { attempted: (tool: string, result: AttemptResult) => void };

const states = ['queued', 'running', 'failed'] as const;

export function createTaskMetrics(register: Registry, database: Database): TaskMetrics {
  const registers = [register];
  const attempts = new Counter({
    name: 'aiguy_task_attempts_total',
    help: 'Attempts at long tasks: done, retried later, buried among the dead letters.',
    labelNames: ['tool', 'result'],
    registers,
  });
  new Gauge({
    name: 'aiguy_tasks',
    help: 'Long tasks that are not done, by state; failed ones are the dead letters.',
    labelNames: ['state'],
    registers,
    async collect() {
      // Without its database the rest of the figures is still there.
      const counts = await countOpen(database).catch(() => []);
      this.reset();
      for (const state of states) this.set({ state }, counts.find((entry) => entry.state === state)?.count ?? 0);
    },
  });
  return { attempted: (tool, result) => attempts.inc({ tool, result }) };
}
