/** How long a test waits for a condition that it expects: as long as a machine that is busy with other things may take. */
export const patienceMs = 150_000;
