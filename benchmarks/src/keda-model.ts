/** The parts of a ScaledObject that decide, as the manifest has them. */
export interface ScaledObjectSpec {
  minReplicaCount: number;
  maxReplicaCount: number;
  pollingInterval: number;
  cooldownPeriod: number;
  fallback: { failureThreshold: number; replicas: number };
  advanced: { horizontalPodAutoscalerConfig: { behavior: Record<'scaleUp' | 'scaleDown', Rules> } };
  triggers: { metadata: { targetValue: string; activationTargetValue: string } }[];
}

interface Rules {
  stabilizationWindowSeconds: number;
  selectPolicy?: 'Max' | 'Min';
  policies: { type: 'Pods' | 'Percent'; value: number; periodSeconds: number }[];
}

/** How often the HorizontalPodAutoscaler looks, and what deviation it lets pass: Kubernetes's defaults. */
export const hpaSyncS = 15;
const tolerance = 0.1;

/**
 * What KEDA and the HorizontalPodAutoscaler do with a ScaledObject of one trigger of type AverageValue, as they are
 * documented (keda.sh: ScaledObject specification; kubernetes.io: Horizontal Pod Autoscaling, algorithm details and
 * scaling behavior). Between none and one KEDA decides, from one to the maximum the autoscaler.
 *
 * Where KEDA's versions differ the worse is assumed: while demand cannot be read, what runs becomes exactly the
 * fallback's number. Whether workers are started by the fallback too, where none run, is for the caller to say: KEDA 2.20
 * starts them, versions before it did not (kedacore/keda#7239).
 */
export class KedaModel {
  replicas: number;
  readonly #spec: ScaledObjectSpec;
  readonly #target: number;
  readonly #activation: number;
  #failures = 0;
  #lastActiveS = 0;
  #recommendations: { atS: number; replicas: number }[] = [];
  #changes: { atS: number; by: number }[] = [];

  constructor(
    spec: ScaledObjectSpec,
    replicas: number,
    readonly fallbackStarts = true,
  ) {
    const [trigger] = spec.triggers;
    this.#spec = spec;
    this.replicas = replicas;
    this.#target = Number(trigger!.metadata.targetValue);
    this.#activation = Number(trigger!.metadata.activationTargetValue);
  }

  /** KEDA's own look, every `pollingInterval`. @param demand undefined when it could not be read */
  poll(nowS: number, demand: number | undefined): void {
    const { minReplicaCount, cooldownPeriod, fallback } = this.#spec;
    if (demand === undefined) {
      this.#failures += 1;
      const applies = this.fallbackStarts || this.replicas > 0;
      if (applies && this.#failures >= fallback.failureThreshold) this.#set(nowS, fallback.replicas);
      return;
    }
    this.#failures = 0;
    if (demand > this.#activation) {
      this.#lastActiveS = nowS;
      if (this.replicas === 0) this.#set(nowS, Math.max(1, minReplicaCount));
    } else if (minReplicaCount === 0 && this.replicas > 0 && nowS - this.#lastActiveS >= cooldownPeriod) {
      this.#set(nowS, 0);
    }
  }

  /** The autoscaler's look, every 15 s. */
  sync(nowS: number, demand: number | undefined): void {
    if (this.replicas === 0) return;
    const { fallback, minReplicaCount, maxReplicaCount } = this.#spec;
    const failing = this.#failures >= fallback.failureThreshold;
    const value = demand ?? (failing ? this.#target * fallback.replicas : undefined);
    // A metric that is missing changes nothing.
    if (value === undefined) return;
    const ratio = value / (this.#target * this.replicas);
    const wanted = Math.abs(ratio - 1) <= tolerance ? this.replicas : Math.ceil(value / this.#target);
    const bounded = Math.min(Math.max(wanted, minReplicaCount, 1), maxReplicaCount);
    this.#set(nowS, this.#limited(nowS, this.#stabilized(nowS, bounded)));
  }

  /** Not above the lowest that was recommended lately on the way up, nor below the highest on the way down. */
  #stabilized(nowS: number, recommended: number): number {
    const { scaleUp, scaleDown } = this.#spec.advanced.horizontalPodAutoscalerConfig.behavior;
    this.#recommendations.push({ atS: nowS, replicas: recommended });
    const within = (windowS: number) =>
      this.#recommendations.filter(({ atS }) => nowS - atS <= windowS).map(({ replicas }) => replicas);
    const up = Math.min(...within(scaleUp.stabilizationWindowSeconds));
    const down = Math.max(...within(scaleDown.stabilizationWindowSeconds));
    return Math.min(Math.max(this.replicas, up), down);
  }

  #limited(nowS: number, wanted: number): number {
    const { scaleUp, scaleDown } = this.#spec.advanced.horizontalPodAutoscalerConfig.behavior;
    const changed = (periodS: number, sign: 1 | -1) =>
      this.#changes
        .filter(({ atS, by }) => nowS - atS < periodS && Math.sign(by) === sign)
        .reduce((sum, { by }) => sum + by, 0);
    const limits = ({ policies }: Rules, sign: 1 | -1) =>
      policies.map(({ type, value, periodSeconds }) => {
        const before = this.replicas - changed(periodSeconds, sign);
        return type === 'Pods' ? before + sign * value : before * (1 + (sign * value) / 100);
      });
    if (wanted > this.replicas) return Math.min(wanted, Math.ceil(Math.max(this.replicas, ...limits(scaleUp, 1))));
    return Math.max(wanted, Math.floor(Math.min(this.replicas, ...limits(scaleDown, -1))));
  }

  #set(nowS: number, replicas: number): void {
    if (replicas === this.replicas) return;
    this.#changes.push({ atS: nowS, by: replicas - this.replicas });
    this.replicas = replicas;
  }
}
