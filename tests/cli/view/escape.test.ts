import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeLines, escapeUnsafe, fitName } from '../../../src/cli/view/escape.ts';

const dangerous = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test.each([
  ['\u001b[31mred', '\\u{1b}[31mred'],
  ['a\u202egpj.exe', 'a\\u{202e}gpj.exe'],
  ['two\nlines', 'two\\u{a}lines'],
  ['zero\u200bwidth', 'zero\\u{200b}width'],
  ['modèle.权重.🦋', 'modèle.权重.🦋'],
])('%j is shown as %j', (text, shown) => {
  expect(escapeUnsafe(text)).toBe(shown);
});

test('nothing dangerous survives, in any text and at any width', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 4, max: 40 }), (text, width) => {
      expect(escapeUnsafe(text)).not.toMatch(dangerous);
      expect(escapeLines(text).replaceAll('\n', '')).not.toMatch(dangerous);
      expect(Array.from(fitName(text, width)).length).toBeLessThanOrEqual(width);
      expect(fitName(text, width)).not.toMatch(dangerous);
    }),
  );
});

test('both ends of a long name stay', () => {
  expect(fitName('model.layers.11.self_attn.q_proj.weight', 16)).toBe('model.la….weight');
});
