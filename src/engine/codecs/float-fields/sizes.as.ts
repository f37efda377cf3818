/** Elements whose residuals are packed together. */
export const group: usize = 128;
/** Elements of wide numbers that are treated at a time. */
export const tile: usize = 4096;
