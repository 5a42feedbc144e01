import { loadBackend } from '../backend.ts';
import { describeConformance } from './conformance.test-helper.ts';

beforeAll(() => loadBackend('wasm'));

describeConformance('wasm');
