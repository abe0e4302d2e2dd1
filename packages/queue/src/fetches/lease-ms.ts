/** How long a gateway that says no more keeps what it has in hand, in milliseconds. It says so four times as often. */
export const leaseMs = 10_000;
