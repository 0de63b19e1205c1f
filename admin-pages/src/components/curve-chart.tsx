import { Empty, Skeleton } from 'antd';
import { lazy, Suspense } from 'react';
import type { CurvePoint } from '../api/charger-live.ts';
import { useTexts } from '../messages/texts.ts';

const CurveDrawing = lazy(() =>
  import('./curve-drawing.tsx').then(({ CurveDrawing }) => ({ default: CurveDrawing })),
);

export interface CurveProps {
  readonly points: readonly CurvePoint[];
  /** When the session began, UTC epoch ms. */
  readonly startedAt: number;
  readonly height?: number;
}

/** Power and energy of a charge over time. The chart library is fetched when the first curve is shown. */
export function CurveChart(props: CurveProps) {
  const { say } = useTexts();
  const { points, height = 260 } = props;
  if (points.length < 2) {
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={say('order.noCurve')} />;
  }
  return (
    <Suspense fallback={<Skeleton.Node active style={{ width: '100%', height }} />}>
      <CurveDrawing {...props} height={height} />
    </Suspense>
  );
}
