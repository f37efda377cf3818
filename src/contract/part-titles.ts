/** Parts of a fit in words, behind `with` and `without`; `everything` stands for the best single method in place of all. */
export const partTitles = {
  feedback: 'errors that are fed back',
  allocation: 'bits by measured damage',
  methods: 'other methods than the grid',
  spreads: 'steps of their own for rows',
  rate: 'rounding that looks at what codes cost',
  codebooks: 'codebooks that are learned',
  trellis: 'lines that take turns, by a trellis',
  pruning: 'weights that become 0',
  repair: 'biases that make good what is lost',
  sequence: 'layers that fit rounded ones before them',
  contexts: 'a coder that learns from neighbours',
  everything: 'all of it, by the best single method',
} as const;
