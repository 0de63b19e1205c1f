import { theme } from 'antd';
import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { energy, power } from '../format/quantities.ts';
import { dateTime } from '../format/times.ts';
import { useTexts } from '../messages/texts.ts';
import type { CurveProps } from './curve-props.ts';

echarts.use([LineChart, GridComponent, TooltipComponent, LegendComponent, SVGRenderer]);

const MINUTE_MS = 60_000;

/** The drawn curve: power on the left axis, energy on the right. */
export function CurveDrawing({ points, startedAt, height = 260 }: CurveProps) {
  const { say } = useTexts();
  const { token } = theme.useToken();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);

  useEffect(() => {
    if (box.current === null) return;
    const made = echarts.init(box.current, null, { renderer: 'svg' });
    chart.current = made;
    const resizing = new ResizeObserver(() => made.resize());
    resizing.observe(box.current);
    return () => {
      resizing.disconnect();
      made.dispose();
    };
  }, []);

  useEffect(() => {
    const axis = {
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: token.colorTextTertiary, fontSize: 11, hideOverlap: true },
    };
    const nameStyle = { color: token.colorTextTertiary, fontSize: 11 };
    chart.current?.setOption({
      animationDuration: 300,
      color: [token.colorPrimary, token.colorWarning],
      grid: {
        left: 8,
        right: 8,
        top: 44,
        bottom: 4,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      legend: {
        top: 0,
        itemWidth: 14,
        itemHeight: 8,
        textStyle: { color: token.colorTextSecondary, fontSize: 12 },
      },
      tooltip: {
        trigger: 'axis',
        backgroundColor: token.colorBgElevated,
        borderColor: token.colorBorderSecondary,
        textStyle: { color: token.colorText, fontSize: 12 },
        axisPointer: { lineStyle: { color: token.colorBorder } },
      },
      xAxis: {
        ...axis,
        type: 'value',
        min: 0,
        max: 'dataMax',
        minInterval: 1,
        splitLine: { show: false },
        axisLabel: {
          ...axis.axisLabel,
          showMaxLabel: false,
          formatter: (minutes: number) => say('limit.minutes', { count: minutes }),
        },
        axisPointer: {
          label: { formatter: ({ value }: { value: number }) => dateTime(startedAt + value * MINUTE_MS) },
        },
      },
      yAxis: [
        {
          ...axis,
          type: 'value',
          name: 'W',
          nameTextStyle: nameStyle,
          min: 0,
          splitLine: { lineStyle: { color: token.colorBorderSecondary } },
        },
        {
          ...axis,
          type: 'value',
          name: 'kWh',
          alignTicks: true,
          nameTextStyle: nameStyle,
          min: 0,
          splitLine: { show: false },
        },
      ],
      series: [
        {
          type: 'line',
          name: say('charge.power'),
          showSymbol: false,
          areaStyle: { opacity: 0.12 },
          lineStyle: { width: 2 },
          data: points.map(([ms, watts]) => [ms / MINUTE_MS, watts]),
          tooltip: { valueFormatter: (watts: unknown) => power(Number(watts)) },
        },
        {
          type: 'line',
          name: say('charge.energy'),
          yAxisIndex: 1,
          showSymbol: false,
          lineStyle: { width: 2 },
          data: points.map(([ms, , wh]) => [ms / MINUTE_MS, wh / 1000]),
          tooltip: { valueFormatter: (kwh: unknown) => energy(Number(kwh) * 1000) },
        },
      ],
    });
  }, [points, startedAt, token, say]);

  return <div ref={box} role="img" aria-label={say('order.curve')} style={{ width: '100%', height }} />;
}
