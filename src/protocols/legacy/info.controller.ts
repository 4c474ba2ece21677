import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../auth/access.decorator.js';
import { runtimeVersion } from '../../engine/runtime.version.js';

/** Health and version as the reference services answer them. */
@ApiTags('Reference-compatible')
@Controller()
@Public()
export class InfoController {
  @Get(['/', 'faq', 'vision'])
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ summary: 'Tell that the service is up' })
  health(): string {
    return 'Healthy';
  }

  @Get(['version', 'faq/version', 'vision/version'])
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ summary: 'Tell the version of the runtime' })
  version(): string {
    return runtimeVersion;
  }
}
