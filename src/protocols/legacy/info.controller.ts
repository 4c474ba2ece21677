import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../../auth/access.decorator.js';
import { runtimeVersion } from '../../engine/runtime.version.js';

const PLAIN_TEXT = { 'text/plain': { schema: { type: 'string' } } };

/** Health and version as the reference services answer them. */
@ApiTags('Reference-compatible')
@Controller()
@Public()
export class InfoController {
  @Get(['/', 'faq', 'vision'])
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ summary: 'Tell that the service is up' })
  @ApiResponse({ status: 200, description: '`Healthy`', content: PLAIN_TEXT })
  health(): string {
    return 'Healthy';
  }

  @Get(['version', 'faq/version', 'vision/version'])
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ summary: 'Tell the version of the runtime' })
  @ApiResponse({ status: 200, description: 'Version of ONNX Runtime.', content: PLAIN_TEXT })
  version(): string {
    return runtimeVersion;
  }
}
