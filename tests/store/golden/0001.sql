-- What version 1 of the tables wrote; never edited.
pragma foreign_keys = off;
CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
insert into "kysely_migration" values ('0001-runs', '2026-11-22T14:56:31.437Z');
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
insert into "kysely_migration_lock" values ('migration_lock', 0);
CREATE TABLE "run" ("id" text not null primary key, "command" text not null, "name" text not null, "input" text not null, "output" text, "finished" integer not null, "bytes_in" integer not null, "bytes_out" integer not null, "sha256" text not null, "receipt_json" text not null, "report_json" text not null);
insert into "run" values ('golden', 'compress', 'm', '/m.safetensors', '/m.safetensors.fwz', 1700000000000, 100, 60, 'ff', '{"golden":true}', '{"command":"compress","input":"/m.safetensors","output":"/m.safetensors.fwz","bytesIn":100,"bytesOut":60,"sha256":"ff","files":[],"tensors":[{"name":"w","file":"m.safetensors","dtype":"F32","shape":[2,3],"bytesIn":24,"bytesOut":20,"codec":"store","sha256":"aa"},{"name":"again","file":"m.safetensors","dtype":"F32","shape":[2,3],"bytesIn":24,"bytesOut":0,"codec":"equal","sha256":"aa","equalTo":"w"}],"bytes":{"tensors":20,"other":10,"frame":30},"seconds":{"total":1}}');
CREATE INDEX "run_finished" on "run" ("finished");
