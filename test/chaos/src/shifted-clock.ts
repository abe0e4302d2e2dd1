/**
 * Loaded before a process's own code (`node --import`): its wall clock is off by CHAOS_CLOCK_MS, as that of a machine
 * without time synchronisation. Monotonic time and timers go on as they are.
 */
const shiftMs = Number(process.env.CHAOS_CLOCK_MS ?? 0);
const RealDate = Date;

class ShiftedDate extends RealDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [ShiftedDate.now()] : given) as [number]));
  }

  static override now(): number {
    return RealDate.now() + shiftMs;
  }
}
globalThis.Date = ShiftedDate as DateConstructor;
