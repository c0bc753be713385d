/** The part of asciichart we call; the package ships no types. */
declare module 'asciichart' {
  export function plot(
    series: readonly number[],
    config?: {
      readonly min?: number;
      readonly max?: number;
      readonly height?: number;
      readonly offset?: number;
      readonly format?: (value: number, row: number) => string;
    },
  ): string;
}
