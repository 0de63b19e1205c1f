import { Empty, Skeleton } from 'antd';
import { lazy, Suspense } from 'react';
import { useTexts } from '../messages/texts.ts';
import type { CurveProps } from './curve-props.ts';

const CurveDrawing = lazy(() =>
  import('./curve-drawing.tsx').then(({ CurveDrawing }) => ({ default: CurveDrawing })),
);

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
