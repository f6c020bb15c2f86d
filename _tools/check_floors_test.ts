import { assertEquals } from "@std/assert";
import * as floors from "./floors.ts";
import { readPackage } from "./package.ts";

const PACKAGE = readPackage(new URL("../", import.meta.url));

Deno.test("no import climbs the tower", () => {
  assertEquals(floors.climbingImports(PACKAGE), []);
});

Deno.test("no file reaches into another folder's private files", () => {
  assertEquals(floors.privateIntrusions(PACKAGE), []);
});

Deno.test("no files import each other in a circle", () => {
  assertEquals(floors.circles(PACKAGE), []);
});

Deno.test("no published file needs an unpublished one", () => {
  assertEquals(floors.unpublishedReferences(PACKAGE), []);
});

Deno.test("no published file depends on more than the standard library", () => {
  assertEquals(floors.foreignImports(PACKAGE), []);
});

Deno.test("no published file is out of reach of the entry points", () => {
  assertEquals(floors.deadRooms(PACKAGE), []);
});

Deno.test("no pure file waits or touches the world outside", () => {
  assertEquals(floors.impurities(PACKAGE), []);
});
