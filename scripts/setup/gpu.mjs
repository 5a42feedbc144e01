import { existsSync } from 'node:fs';
import path from 'node:path';

/** Whether this machine shows an NVIDIA GPU: the driver's own device, or that of Windows' Linux. */
export const seesGpu = (devices = '/dev') =>
  ['nvidiactl', 'dxg'].some((name) => existsSync(path.join(devices, name)));
