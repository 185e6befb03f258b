import { table } from "./years.mjs";
import "./lib/tables";
read(join(here, 'data', name));
