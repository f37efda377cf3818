import { inflateSync } from 'node:zlib';

/**
 * Files written by h5py 3.7 (HDF5 1.10), deflated. Both have the groups `dense/vars` with `kernel` (F32 0 to 5, 2 × 3) and `bias`
 * (F16 0 to 2).
 */

/** Also `steps` (I64 7), `cut` (I16 0 to 7 in two chunks), `packed` (gzip), `big` (big-endian) and links: hard, soft and round in a circle. */
export const olderHdf5: Uint8Array = inflate(
  'eNrtWr9v00AUvjvbiZMSNR3aVCwExNCJdOyAVFdqkCeIgKETiklcQI2aqAmoGxndjZExU9UJdUJM7PwXjIyMbMXnu7N9F/9CVSG075Oi8zs/3z' +
    'nP37377uwTe/dRrXq7iihME+mojuK44PjVkm1xvstLzEuPl2dE1GNED9d5/QpvX/V7/rTdpt4XCkQ/3w1WyncHuCmw2zsdWp5zuyPqW1fbbxp/' +
    'bY3Zr41i/P1RYaUJj/JG83cPyXnMM2S/d87ROJ5P7Uv2++zxk13ss26T201Nztcqjzd4/daD7HbFeDhrZPuZBfu1C84nTW7/vJfd75Yyf/HLka' +
    'X4iefwcS0/D+CEPNApM3tUKZYHrFuQByAPRHlA8OlDRfY7cI8O3QFCL984Uj6wLpUHcMi7jbI8zlQeA9LygMFihoXNMiYmrELkGZ7e5mzNf+LU' +
    'c6V5x9faLKM1TNR4z88b/hOi5wlhDZqcIRr2ajJjBI7/aTwYr0g0n60Wmw82l4BL85husyFu+b+p/5vR4f4QWeUY/3SfI8TnUQmV0fGLXtcy6C' +
    'wWkGV7CiEEAAAAAOC/1pVM52GMFf2o6shlrjHrqGqg6nKujpxxHVlS7sBb8HiY0npF45qnbgpNaeX879Na8sp7dq3WHbqy7tAT4kViOx9hvDQk' +
    'x4toX9ajpkjU5GJoTLrPQtcd6j5L3r7KpxQWEMX+XEs+T1L8AQAAAAAAAACLqqNLmTpaV3SznqajwybMRB29hJrBAY6tX+j7l767P3AmbtheTG' +
    '+j+1FXenSHe39BR8+/r8zbnv+q6GM1ThioBgAAAAAAAHDNdHT2+wp1nzR8X3H3T797+ZayY+stZFz67uHY9cvxxB3RD7d6bydB/cjpHbh9+j3X' +
    'q8B2BuzDrvFwP3Bo8QsHw+Eorp+7V3SfvwEzZ7zg',
);

/** Superblock 3 and headers of version 2; also `inside` (U8 9 8 7 6 in the object header) and `many`, whose links are in a heap. */
export const newerHdf5: Uint8Array = inflate(
  'eNrtWF9IU1EY/87dvXd3K9mmW/MfphYSIqZlZRAYMm97EFtOIiqShUvGcoWLMIQa7akgCnywJ5FI6SEqqIci8kUSIp/qpQepIIqKsl7qTerc86' +
    '9tRaho6Ti/7ex897fvnvOd7/vO2e53IRgwC5ylTpthAMcPhooyet3A+O8nIb43GOhUKk/MKPHMNqAUZt7I4VQAAehuwJ3WE00ko5NsKN1jcXos' +
    'kYz1RJHKSJdFqn2RxJkqjSmWw1/hT895FmMSnel0pD+5H7Gh2mBp8H5k6upiTKIeiUf7E9HjH1CWR47GIslvCmRHYwEoGTtfS0xCgNBGAEVBiA' +
    '9nY33utc0LyFO5HmhsKsFvgP8cljRsrc1p4JWoCFjOFPOJRmHF4+Op50+EL7x43Qgh2x/X7mI+cYNTA6crZ+3FbO06H/gOrDoUhCKfiS+qclNV' +
    'Fb5hexN4b1sLCG9ooBlqUJ84rNNDxS+HYddhCvIEl98cHCT+qcv1zz2lmnrDwVRni2if8tJ+nPV0c2Oc/f/LGUqVxxZxMsGB5TPp9djMBmnSfE' +
    'xa1sxIteCP3fiNWwq3Udxgl8VISEhISEhI5B/kny9p0lKZZIbDbTDNHnxQPYJnllBz/9XEKs3EvNtaZmcwBHZS7XHDb/W+elZ14iEUNSEleyTH' +
    'PGdUM+5ErIyEoKKEc9ODdQ9bu4IB0Cy9NZjp2VTh43PwWZrH34WJlm5puaiWP1frWtmxtBnGWsBXgSC7/2VVCAawJfyb9kLKl0J2X566tLm1q9' +
    '0Erfv2cBPEMOWDx1dmTRgi4idXfwc8IqLvxdsOuEHEW31VSegi4sTdI0ny2O+Djrmnaagl4pfa7knwEbFoYN9LaCHinsadN+WP0YoDib+o8LGw' +
    'iYSiARUpTiPJa4gsCXjZjOUPL2uzvBBD05Sy80uaS6IiT7PscHBkWIbkn8IMBlpFac9CdSx+XZREQelt+MoiilQkyMa0zklxgvZuWWfnpCi592' +
    '7lxzBSVUE2DQlSE+S2Gg8ndUFufyBIuyB3XCzkpCHI5kNFMpoLx0+xbNqE',
);

/**
 * Written by h5py 3.16 with `libver='latest'` (HDF5 2.0): `w0` to `w8` (I8 i and i + 1) by links in a heap, and I16 numbers from 0 on in
 * chunks that are one (`one`, 3 × 4), in an array (`fixed`, 5 × 7 in 3 × 4), side by side (`implicit`) and in a tree (`tree`, both 4 × 4 in 2 × 2).
 */
export const latestHdf5: Uint8Array = inflate(
  'eNrtWl1IVEEUPjP33vV6XXVdU1czTdtCilDLNKICt+2yhpC4YpJQhj+09OMihkKEvUWCPfQDQhZJP1gPQSXZD6QUvpiB0EM+RJJKUWHSS0QaNnd2xq' +
    's3JWkp2uV+sMw5Z+bOz7fn7Dmzu6c9bjVaSVEEWQaOGQbsDOg5zJ596pJ/t8ddiqFZwYAAsF0zF0cEup3xbFwF/DU4Pauv0S0gQGgZ2QFCCLM+3gpW' +
    'QDZyGkQ1GSSyV0GRyV4FBPL8sfAAQhaj+e0Hg+EChxEX+xouTAfDhRhGXLQoEygYLixhxMVE+rHhYLiQw4iLovGe8mC4UMKIi6o1ljq10O0CeMOy11' +
    'p2Ohdr97K2gbWoaniP6vXuhF0szaF8BAOa8KTsRwe1qKWeEoigDNngl2yaH+B09nkwcs8QvcQjiHOeDEy9krQ4k9tGest71EKPm7yNishsU5ZA+3Ck' +
    '8j5/FGEsCKIoSRZLRIQsR2qzYRDI/BJYyHFkiAQFooDbuSUGYskx49g4ICOsdO92iAfiXZAAiZAEDkiFFZAG6bP7ToYUWE53mwGZ806E6FzaGnxdbU' +
    'ZtbW2t3/ebMGHChAkTJpaGYApCaxgVhAc6zzuD4SImnC7TBXcGg+HCFkZcNHs/D7rKSBWtFZ60Cq7J6ojnlTqv1ce/r1NVr1Zr8yofwfxWr9pLoJnU' +
    'vrxnPbt+pMD89tzFr7GusmIVJH/dSzsU0eV8nitpsJWKddMtq6CViDHw8VtLITwmYixYc1O9tKiOBtx2vR7Kqfiub0sHVFPx9vaZy9BFxHgYmjzbSY' +
    'p0zbojM7MP2oloA290+yBkU2tXv+M9+Kl4Zv/JD3CCigNftuWYH5v/9rPZSWKJBKGg3/wCMWjUWUwG4s4WiMkoOY6MIJcmJIgY2fm3vDdDiAd/TV6q' +
    'kQuJ9bHwAaO+CBd2nQtB4Vd/GhAhAkvW8R7KRUZ5t3Bo7kvnRjT4hbgUP4kkfoIoN5igNRT95FPMGDb6ifHsMwYs4idJzE8IFZL2m0FN1utkNsPVkO' +
    'Ci7Vl3K81birZ9B81bOIVzwdlocFRO0Syj3JIXnueuwc7z2SN54fz2VF44/93oVyrAhAkTJkyYMPGfQPW4XbP/4dDQ//bFKALclHNvNofjptxepCsb' +
    'nmNd2fhK0JW8MVFXNk1KupLPfxPTlAJrnK5sdti5ItQfre1I4JpU52uurelK5LrsO+I/7Kv2NXYncZPY2FBbO+Qw38U/x099jNP/',
);

function inflate(text: string): Uint8Array {
  return new Uint8Array(inflateSync(Buffer.from(text, 'base64')));
}
