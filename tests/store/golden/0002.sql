-- What version 2 of the tables wrote; never edited.
pragma foreign_keys = off;
CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
insert into "kysely_migration" values ('0001-runs', '2026-11-22T14:56:31.442Z');
insert into "kysely_migration" values ('0002-tensors', '2026-11-22T14:56:31.444Z');
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
insert into "kysely_migration_lock" values ('migration_lock', 0);
CREATE TABLE "run" ("id" text not null primary key, "command" text not null, "name" text not null, "input" text not null, "output" text, "finished" integer not null, "bytes_in" integer not null, "bytes_out" integer not null, "sha256" text not null, "receipt_json" text not null, "report_json" text not null);
insert into "run" values ('golden', 'compress', 'm', '/m.safetensors', '/m.safetensors.fwz', 1700000000000, 100, 60, 'ff', '{"golden":true}', '{"command":"compress","input":"/m.safetensors","output":"/m.safetensors.fwz","bytesIn":100,"bytesOut":60,"sha256":"ff","files":[],"tensors":[],"bytes":{"tensors":20,"other":10,"frame":30},"seconds":{"total":1}}');
CREATE TABLE "model" ("sha256" text not null primary key, "name" text not null, "path" text not null, "bytes" integer not null, "seen" integer not null);
insert into "model" values ('ff', 'm', '/m.safetensors', 100, 1700000000000);
CREATE TABLE "measurement" ("run_id" text not null references "run" ("id") on delete cascade, "place" integer not null, "name" text not null, "file" text not null, "dtype" text not null, "shape_json" text not null, "bytes_in" integer not null, "bytes_out" integer not null, "codec" text not null, "sha256" text not null, "equal_to" text, constraint "measurement_key" primary key ("run_id", "place"));
insert into "measurement" values ('golden', 0, 'w', 'm.safetensors', 'F32', '[2,3]', 24, 20, 'store', 'aa', NULL);
insert into "measurement" values ('golden', 1, 'again', 'm.safetensors', 'F32', '[2,3]', 24, 0, 'equal', 'aa', 'w');
CREATE INDEX "run_finished" on "run" ("finished");
