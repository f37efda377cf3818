/** `memory.copy`: one native move whatever the addresses. */
export function copy(target: usize, source: usize, length: i32): void {
  memory.copy(target, source, length);
}
