const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

type Labels = Readonly<Record<string, string>>;

const escape = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function series(name: string, labels: Labels, value: number): string {
  const inside = Object.entries(labels).map(([key, text]) => `${key}="${escape(text)}"`);
  return `${name}${inside.length > 0 ? `{${inside.join(',')}}` : ''} ${value}`;
}

interface Durations {
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** What the process holds, for gauges that are read when they are asked for. Bytes. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
}

/**
 * Counts of requests and how long they took, by operation: a closed set of names, so that nobody can grow it from outside.
 * Written in Prometheus's text format 0.0.4.
 */
export class Metrics {
  readonly #requests = new Map<string, { labels: Labels; count: number }>();
  readonly #durations = new Map<string, Durations>();

  /** @param seconds from the arrival of the head to the end of the answer */
  observe(operation: string, status: number, seconds: number): void {
    const key = `${operation} ${status}`;
    const requests = this.#requests.get(key) ?? { labels: { operation, status: String(status) }, count: 0 };
    requests.count += 1;
    this.#requests.set(key, requests);
    const durations = this.#durations.get(operation) ?? { buckets: BUCKETS.map(() => 0), sum: 0, count: 0 };
    durations.sum += seconds;
    durations.count += 1;
    BUCKETS.forEach((edge, at) => {
      if (seconds <= edge) durations.buckets[at] = (durations.buckets[at] ?? 0) + 1;
    });
    this.#durations.set(operation, durations);
  }

  render(memory: Memory, outbox: Readonly<Record<string, number>>): string {
    const lines = [
      '# HELP tenantctl_requests_total Requests by operation and status.',
      '# TYPE tenantctl_requests_total counter',
    ];
    for (const { labels, count } of this.#requests.values())
      lines.push(series('tenantctl_requests_total', labels, count));
    lines.push(
      '# HELP tenantctl_request_seconds How long requests took.',
      '# TYPE tenantctl_request_seconds histogram',
    );
    for (const [operation, { buckets, sum, count }] of this.#durations) {
      buckets.forEach((value, at) => {
        lines.push(series('tenantctl_request_seconds_bucket', { operation, le: String(BUCKETS[at]) }, value));
      });
      lines.push(series('tenantctl_request_seconds_bucket', { operation, le: '+Inf' }, count));
      lines.push(series('tenantctl_request_seconds_sum', { operation }, sum));
      lines.push(series('tenantctl_request_seconds_count', { operation }, count));
    }
    lines.push('# HELP tenantctl_outbox_messages Mails by state.', '# TYPE tenantctl_outbox_messages gauge');
    for (const [state, count] of Object.entries(outbox))
      lines.push(series('tenantctl_outbox_messages', { state }, count));
    lines.push(
      '# HELP process_resident_memory_bytes Resident memory.',
      '# TYPE process_resident_memory_bytes gauge',
    );
    lines.push(series('process_resident_memory_bytes', {}, memory.rss));
    lines.push('# HELP nodejs_heap_size_used_bytes Used heap.', '# TYPE nodejs_heap_size_used_bytes gauge');
    lines.push(series('nodejs_heap_size_used_bytes', {}, memory.heapUsed));
    return `${lines.join('\n')}\n`;
  }
}
