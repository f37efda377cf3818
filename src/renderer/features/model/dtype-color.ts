/** One colour per number type, the same on every screen; the word always stands beside it. */
export function dtypeColor(dtype: string): string {
  if (dtype === 'F64' || dtype === 'C64' || dtype === 'C128') return 'var(--fw-f64)';
  if (dtype === 'F32') return 'var(--fw-f32)';
  if (dtype === 'BF16') return 'var(--fw-bf16)';
  if (dtype === 'F16') return 'var(--fw-f16)';
  if (/^F[468]/.test(dtype)) return 'var(--fw-f8)';
  if (/^[IU]\d/.test(dtype)) return 'var(--fw-integer)';
  return 'var(--fw-other)';
}
