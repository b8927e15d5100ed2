// Prometheus figures of the tool calls.
import { Counter, Histogram, type Registry } from 'prom-client';

export type ToolMetrics = { called: (call: { tool: string; decision: string; code: string; seconds: number }) => void };

export function createToolMetrics(register: Registry): ToolMetrics {
  const registers = [register];
  const calls = new Counter({
    name: 'aiguy_tool_calls_total',
    help: 'Tool calls by decision and code.',
    labelNames: ['tool', 'decision', 'code'],
    registers,
  });
  const duration = new Histogram({
    name: 'aiguy_tool_duration_seconds',
    help: 'Time of a tool call, from authorisation to the checked result.',
    labelNames: ['tool'],
    buckets: [0.002, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  return {
    called: ({ tool, decision, code, seconds }) => {
      calls.inc({ tool, decision, code });
      duration.observe({ tool }, seconds);
    },
  };
}
