import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { codecs } from '../../../src/engine/codecs/catalog.ts';
import type { Codec, CodecNode, Stream } from '../../../src/engine/codecs/codec.ts';
import {
  decodeTree,
  describeNode,
  describeTree,
  encodePayload,
  encodeTree,
  encodeVariants,
  workspaceBytes,
} from '../../../src/engine/codecs/graph.ts';
import { constant } from '../../../src/engine/codecs/constant/index.ts';
import { codedPayload, writePayload } from '../../../src/engine/codecs/payload.ts';
import { sparse } from '../../../src/engine/codecs/sparse/index.ts';
import { varintLength, writeVarint } from '../../../src/engine/codecs/varint.ts';
import { prepareZstd } from '../../../src/engine/codecs/zstd/index.ts';
import { DamagedArchiveError, FeatherweightError, UsageError } from '../../../src/engine/errors.ts';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';
import { planStream } from '../../../src/engine/planner/plan.ts';
import {
  bitFlips,
  inScratch,
  optionEdges,
  orDamaged,
  presets,
  shapeOf,
  truncations,
  workspace,
} from '../../support/codecs.ts';
import { anyStream, edgeStreams, modelStreams, randomBytes, widths, type NamedStream } from '../../support/streams.ts';

const streams: readonly NamedStream[] = [...widths.flatMap(edgeStreams), ...modelStreams()];

beforeAll(prepareZstd);

function encode(node: CodecNode, stream: Stream): Uint8Array {
  return inScratch(() => {
    const output = new Uint8Array(stream.bytes.length + 1);
    return output.slice(0, encodeTree(node, stream, workspace, output));
  });
}

function plan({ stream, dtype }: NamedStream, preset: (typeof presets)[number]): CodecNode {
  return inScratch(() => planStream(stream, dtype, preset, workspace, stream.bytes.length));
}

function expectRestored(payload: Uint8Array, stream: Stream): void {
  inScratch(() => {
    workspace.allocate(65536).fill(0xa5);
    expect(Buffer.compare(decodeTree(payload, shapeOf(stream), workspace), stream.bytes)).toBe(0);
  });
}

/** Any tree of catalog codecs, sensible or not. */
function anyTree(): fc.Arbitrary<CodecNode> {
  const step = fc
    .constantFrom(...(codecs as readonly Codec[]))
    .chain((codec) => fc.record({ id: fc.constant(codec.id), options: fc.constantFrom(...optionEdges(codec)) }));
  return fc.letrec<{ tree: CodecNode }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      step,
      fc
        .tuple(step, fc.array(fc.option(tie('tree'), { nil: undefined }), { maxLength: 4 }))
        .map(([node, outputs]) => ({ ...node, outputs })),
    ),
  })).tree;
}

describe('trees', () => {
  test.each(streams)('planned for $name restore it, growing by a byte at most', (named) => {
    for (const preset of presets) {
      const payload = encode(plan(named, preset), named.stream);
      expect(payload.length).toBeLessThanOrEqual(named.stream.bytes.length + 1);
      expectRestored(payload, named.stream);
      expect(describeNode(describeTree(payload))).toMatch(/^[a-z-]+(\(.+\))?$/);
    }
  });

  test('of any codecs restore any stream', () => {
    fc.assert(
      fc.property(anyTree(), anyStream(), (tree, stream) => {
        expectRestored(encode(tree, stream), stream);
      }),
      { numRuns: 1000 },
    );
  });

  test('give the same bytes in a workspace that was used before', () => {
    for (const named of modelStreams()) {
      const tree = plan(named, 'balanced');
      const first = encode(tree, named.stream);
      inScratch(() => workspace.allocate(1_000_000).fill(0x5a));
      expect(plan(named, 'balanced')).toEqual(tree);
      expect(Buffer.compare(encode(tree, named.stream), first)).toBe(0);
    }
  });

  test('read from any address', () => {
    for (const named of modelStreams(500)) {
      const payload = encode(plan(named, 'balanced'), named.stream);
      for (const shift of [1, 2, 3, 4]) {
        const moved = new Uint8Array(payload.length + 8);
        moved.set(payload, shift);
        expectRestored(moved.subarray(shift, shift + payload.length), named.stream);
      }
    }
  });

  test('tell what they would take with one output coded otherwise', () => {
    for (const { stream, dtype } of streams) {
      const node = planStream(stream, dtype, 'quick', workspace, stream.bytes.length);
      const sizeOf = (tree: CodecNode): number =>
        inScratch(() => encodePayload(tree, stream, workspace).payload.byteLength);
      const outputs = node.outputs ?? [];
      inScratch(() => {
        const { byteLength, lengthWith } = encodeVariants(node, stream, workspace);
        expect(byteLength).toBe(sizeOf(node));
        for (const by of [{ id: 'range' }, { id: 'store' }])
          for (const place of outputs.keys())
            expect(lengthWith(place, by)).toBe(sizeOf({ ...node, outputs: outputs.with(place, by) }));
      });
    }
  });

  test('need no more workspace than they announce', () => {
    for (const named of [...modelStreams(20_000), ...widths.flatMap(edgeStreams)]) {
      const own = new Workspace(workspaceBytes(named.stream.bytes.length));
      const output = new Uint8Array(named.stream.bytes.length + 1);
      for (const preset of presets) {
        const tree = plan(named, preset);
        const mark = own.mark();
        const length = encodeTree(tree, named.stream, own, output);
        own.release(mark);
        expect(
          Buffer.compare(decodeTree(output.subarray(0, length), shapeOf(named.stream), own), named.stream.bytes),
        ).toBe(0);
        own.release(mark);
      }
    }
  });

  test('take another codec where a stream is not what was planned for, and say so', () => {
    const stream: Stream = {
      bytes: Uint8Array.from({ length: 4096 }, (_, at) => (at % 16 === 0 ? at / 16 : 7)),
      width: 4,
    };
    const { isMisfit } = inScratch(() => encodePayload({ id: 'constant' }, stream, workspace));
    expect(isMisfit).toBe(true);
    const payload = encode({ id: 'constant' }, stream);
    expectRestored(payload, stream);
    expect(payload.length).toBeLessThan(stream.bytes.length);
  });

  test('refuse unknown codecs, bad options and too small an output', () => {
    const stream: Stream = { bytes: randomBytes(100), width: 1 };
    expect(() => encode({ id: 'wishful' }, stream)).toThrow(UsageError);
    expect(() => encode({ id: 'zstd', options: { level: 99 } }, stream)).toThrow(UsageError);
    expect(() => encodeTree({ id: 'store' }, stream, workspace, new Uint8Array(100))).toThrow(FeatherweightError);
  });
});

describe('damaged payloads', () => {
  const victims = [...modelStreams(300), ...widths.flatMap((width) => edgeStreams(width).slice(0, 6))];

  test.each(victims)('of $name are named or decode within bounds', (named) => {
    for (const preset of ['quick', 'smallest'] as const) {
      const payload = encode(plan(named, preset), named.stream);
      const output = shapeOf(named.stream);
      for (const cut of truncations(payload))
        expect(() => decodeTree(cut, output, workspace)).toThrow(DamagedArchiveError);
      expect(() => decodeTree(Uint8Array.of(...payload, 0), output, workspace)).toThrow(DamagedArchiveError);
      for (const flipped of bitFlips(payload)) {
        const bytes = orDamaged(() => decodeTree(flipped, output, workspace));
        if (bytes !== undefined) expect(bytes.length).toBe(output.length);
        expectDescribedOrDamaged(flipped);
      }
    }
  });

  test('of noise are named or decode within bounds', () => {
    const wireIds = codecs.map(({ wireId }) => wireId);
    const noise = fc.tuple(fc.constantFrom(...wireIds), fc.uint8Array({ maxLength: 60 }));
    fc.assert(
      fc.property(noise, fc.constantFrom(...widths), fc.nat(500), ([wireId, rest], width, elements) => {
        const payload = Uint8Array.of(wireId, ...rest);
        const bytes = orDamaged(() => decodeTree(payload, { length: elements * width, width }, workspace));
        if (bytes !== undefined) expect(bytes.length).toBe(elements * width);
        expectDescribedOrDamaged(payload);
      }),
      { numRuns: 3000 },
    );
  });

  test('that nest without end are refused', () => {
    let payload: Uint8Array = Uint8Array.of(0);
    for (let level = 0; level < 12; level++) payload = nested(payload, 8);
    expect(() => decodeTree(payload, { length: 9, width: 1 }, workspace)).toThrow(DamagedArchiveError);
    expect(() => describeTree(payload)).toThrow(DamagedArchiveError);
  });

  test('that claim many times the memory of their stream are refused', () => {
    const byteLength = 80_000;
    let payload: Uint8Array = Uint8Array.of(0);
    for (let level = 8; level > 0; level--) payload = nested(payload, byteLength - level);
    expect(() => decodeTree(payload, { length: byteLength, width: 1 }, workspace)).toThrow(/claims a stream/);
  });
});

/** A sparse step that keeps `kept` elements, coded by `child`, under a mask of zeros. */
function nested(child: Uint8Array, kept: number): Uint8Array {
  const header = new Uint8Array(1 + varintLength(kept));
  writeVarint(header, 1, kept);
  const noMask = codedPayload(constant.wireId, Uint8Array.of(0), []);
  // The child's wire id and its rest stand in for its wire id and header: only the bytes count here.
  const inner = { byteLength: child.length, wireId: 0, header: child.subarray(1), children: [] };
  const payload = codedPayload(sparse.wireId, header, [noMask, inner]);
  const bytes = new Uint8Array(payload.byteLength);
  writePayload(payload, bytes, workspace);
  bytes[bytes.length - child.length] = child[0] ?? 0;
  return bytes;
}

function expectDescribedOrDamaged(payload: Uint8Array): void {
  orDamaged(() => {
    describeTree(payload);
    return payload;
  });
}
