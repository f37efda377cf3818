import type {
  BatchRowView,
  PlannedModelRow,
  ZooModelRow,
  ZooPlanSummary,
  ZooRecipe,
  ZooSummary,
} from '../../contract/zoo.ts';
import type { BatchReport, BatchRow, PlannedModel, Zoo, ZooModel, ZooPlan } from '../../engine/index.ts';
import { reportCsv, reportHtml } from '../../engine/index.ts';

/** Of what could not be read, so many are named. */
const mostUnreadable = 200;
const mostAliases = 100;

export function toSummary({ roots, models, files, bytes, others, unreadable, sharedBlocks }: Zoo): ZooSummary {
  const equals = models.filter(({ equalTo }) => equalTo !== undefined);
  return {
    ...{ roots: [...roots], models: models.length, files, bytes, others },
    equalBytes: equals.reduce((sum, model) => sum + model.bytes - (model.sharedBytes ?? 0), 0),
    sharedBytes: models.reduce((sum, model) => sum + (model.sharedBytes ?? 0), 0),
    sharedBlocks,
    unreadable: unreadable.slice(0, mostUnreadable).map((one) => ({ ...one })),
  };
}

/** A plan and what it was asked for with. */
export interface MadePlan {
  readonly made: number;
  readonly recipe: ZooRecipe;
  readonly plan: ZooPlan;
}

export function toPlanSummary({ made, recipe, plan }: MadePlan): ZooPlanSummary {
  const { output, bytesNow, bytesThen, models, drive } = plan;
  const archives = models.filter(({ action }) => action !== 'skip').length;
  return { made, recipe, output, bytesNow, bytesThen, models: models.length, archives, drive };
}

export function toModel({ id, name, kind, app, path, bytes, files, aliases, equalTo }: ZooModel): ZooModelRow {
  return {
    ...{ id, name, kind, path, bytes, files: files.length, aliases: aliases.slice(0, mostAliases) },
    ...(app && { app }),
    ...(equalTo !== undefined && { equalTo }),
  };
}

export function toPlanned(model: PlannedModel): PlannedModelRow {
  const { id, name, path, action, reason, preset, bases, equalTo, bytesNow, bytesThen } = model;
  return {
    ...{ id, name, path, action, reason, preset, bases: [...bases], bytesNow, bytesThen },
    ...(equalTo !== undefined && { equalTo }),
  };
}

export function toRow(row: BatchRow): BatchRowView {
  const { id, name, path, action, reason, state, bytesIn, bytesOut, seconds, archive, code, note } = row;
  return {
    ...{ id, name, path, action, reason, state, bytesIn, bytesOut, seconds },
    ...(archive !== undefined && { archive }),
    ...(code !== undefined && { code }),
    ...(note !== undefined && { note }),
  };
}

const { compare } = new Intl.Collator('en', { numeric: true });

/** Orders of planned models that a window may want. */
export const plannedOrders: Readonly<
  Record<'name' | 'size' | 'saving', (one: PlannedModel, other: PlannedModel) => number>
> = {
  name: (a, b) => compare(a.id, b.id),
  size: (a, b) => b.bytesNow - a.bytesNow,
  saving: (a, b) => b.bytesNow - b.bytesThen - (a.bytesNow - a.bytesThen),
};

/** A report as a file. */
export const reportFiles: Readonly<
  Record<'html' | 'csv' | 'json', (report: BatchReport) => { readonly type: string; readonly text: string }>
> = {
  html: (report) => ({ type: 'text/html', text: reportHtml(report) }),
  csv: (report) => ({ type: 'text/csv', text: reportCsv(report) }),
  json: (report) => ({ type: 'application/json', text: JSON.stringify(report, null, 2) }),
};
